;; A loop that chooses among many cases by a table each round: each case chooses the next.
(module
  (memory 1)
  (func (export "loaded") (param $at i32) (param $a i32) (param $b i32) (result i32) (local $code i32)
    (loop $next
      (block (block (block (block (block (block (block (block (block
        (br_table 0 1 2 3 4 5 6 7 8
          (block (result i32)
            (local.set $code (i32.load8_u (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.get $code))))
      (return (local.get $a)))
      (local.set $a (i32.add (local.get $a) (local.get $b))) (br $next))
      (local.set $b (i32.sub (local.get $b) (local.get $a))) (br $next))
      (local.set $a (i32.mul (local.get $a) (i32.const 3))) (br $next))
      (local.set $a (i32.xor (local.get $a) (local.get $b))) (br $next))
      (local.set $b (i32.rotl (local.get $b) (local.get $a))) (br $next))
      (if (i32.lt_s (local.get $a) (local.get $b)) (then (local.set $at (i32.add (local.get $at) (i32.const 1))))) (br $next))
      (local.set $a (local.get $b)) (br $next))
      (local.set $b (i32.add (local.get $b) (i32.const 1))) (br $next)
    )
    (unreachable)))

;; Machine code:
;; loaded
;;     0  mov rcx,rsi
;;     3  jmp 8
;;     5  mov rdi,rsi
;;     8  movzx eax,byte [r15+rdi]
;;    13  lea esi,[rdi+1]
;;    16  cmp eax,8
;;    22  jae 284
;;    28  mov r11d,dword [rax*4+app.f0.switch0]
;;    36  jmp r11
;;    39  mov rdi,rsi
;;    42  mov rcx,rdx
;;    45  movzx eax,byte [r15+rdi]
;;    50  lea esi,[rdi+1]
;;    53  cmp eax,8
;;    59  jae 284
;;    65  mov r11d,dword [rax*4+app.f0.switch0]
;;    73  jmp r11
;;    76  lea ecx,[rcx+rdx]
;;    79  mov rdi,rsi
;;    82  movzx eax,byte [r15+rdi]
;;    87  lea esi,[rdi+1]
;;    90  cmp eax,8
;;    96  jae 284
;;   102  mov r11d,dword [rax*4+app.f0.switch0]
;;   110  jmp r11
;;   113  sub edx,ecx
;;   115  mov rdi,rsi
;;   118  movzx eax,byte [r15+rdi]
;;   123  lea esi,[rdi+1]
;;   126  cmp eax,8
;;   132  jae 284
;;   138  mov r11d,dword [rax*4+app.f0.switch0]
;;   146  jmp r11
;;   149  lea ecx,[rcx+rcx*2]
;;   152  mov rdi,rsi
;;   155  movzx eax,byte [r15+rdi]
;;   160  lea esi,[rdi+1]
;;   163  cmp eax,8
;;   169  jae 284
;;   171  mov r11d,dword [rax*4+app.f0.switch0]
;;   179  jmp r11
;;   182  xor ecx,edx
;;   184  mov rdi,rsi
;;   187  movzx eax,byte [r15+rdi]
;;   192  lea esi,[rdi+1]
;;   195  cmp eax,8
;;   201  jae 284
;;   203  mov r11d,dword [rax*4+app.f0.switch0]
;;   211  jmp r11
;;   214  rol edx,cl
;;   216  mov rdi,rsi
;;   219  movzx eax,byte [r15+rdi]
;;   224  lea esi,[rdi+1]
;;   227  cmp eax,8
;;   233  jae 284
;;   235  mov r11d,dword [rax*4+app.f0.switch0]
;;   243  jmp r11
;;   246  cmp ecx,edx
;;   248  jge 5
;;   254  lea edi,[rdi+2]
;;   257  movzx eax,byte [r15+rdi]
;;   262  lea esi,[rdi+1]
;;   265  cmp eax,8
;;   271  jae 284
;;   273  mov r11d,dword [rax*4+app.f0.switch0]
;;   281  jmp r11
;;   284  lea edx,[rdx+1]
;;   287  mov rdi,rsi
;;   290  movzx eax,byte [r15+rdi]
;;   295  lea esi,[rdi+1]
;;   298  cmp eax,8
;;   304  jae 284
;;   306  mov r11d,dword [rax*4+app.f0.switch0]
;;   314  jmp r11
;;   317  mov rax,rcx
;;   320  ret
