;; Tables of jumps: an index that cannot lie beyond the table is not compared with its length.
(module
  (memory 1)
  (func (export "checked") (param i32) (result i32)
    (block (block (block (block (br_table 0 1 2 3 (local.get 0)))
      (return (i32.const 10))) (return (i32.const 20))) (return (i32.const 30)))
    (i32.const 40))
  (func (export "masked") (param i32) (result i32)
    (block (block (block (block (br_table 0 1 2 3 (i32.and (local.get 0) (i32.const 3))))
      (return (i32.const 10))) (return (i32.const 20))) (return (i32.const 30)))
    (i32.const 40))
  (func (export "filled") (param i32) (result i32)
    (block (block (block (block
        (br_table 0 1 2 0 1 3 (i32.shr_u (i32.load8_u (local.get 0)) (i32.const 5))))
      (return (i32.const 10))) (return (i32.const 20))) (return (i32.const 30)))
    (i32.const 40)))

;; Machine code:
;; checked
;;     0  cmp edi,3
;;     6  jae 37
;;     8  mov r11d,dword [rdi*4+app.f0.switch0]
;;    16  jmp r11
;;    19  mov eax,10
;;    24  ret
;;    25  mov eax,20
;;    30  ret
;;    31  mov eax,30
;;    36  ret
;;    37  mov eax,40
;;    42  ret
;; masked
;;     0  and edi,3
;;     3  mov r11d,dword [rdi*4+app.f1.switch0]
;;    11  jmp r11
;;    14  mov eax,10
;;    19  ret
;;    20  mov eax,20
;;    25  ret
;;    26  mov eax,30
;;    31  ret
;;    32  mov eax,40
;;    37  ret
;; filled
;;     0  movzx eax,byte [r15+rdi]
;;     5  shr eax,5
;;     8  mov r11d,dword [rax*4+app.f2.switch0]
;;    16  jmp r11
;;    19  mov eax,30
;;    24  ret
;;    25  mov eax,10
;;    30  ret
;;    31  mov eax,20
;;    36  ret
;;    37  mov eax,40
;;    42  ret
